// Rules and dashboards for monitoring that is kept in Jsonnet, as monitoring mixins are: those of this repository, as they
// are. `_config+:: { pair: true }` takes the rules for two monitors of the same exchanges (docs/operations.md).
{
  _config+:: { pair: false },

  local made = if $._config.pair then importstr 'files/por.pair.yml' else importstr 'files/por.rules.yml',
  local groups = std.parseYaml(made).groups,
  local these(kind) = {
    groups: [
      group { rules: [rule for rule in group.rules if std.objectHas(rule, kind)] }
      for group in groups
      if std.length([rule for rule in group.rules if std.objectHas(rule, kind)]) > 0
    ],
  },
  prometheusAlerts+:: these('alert'),
  prometheusRules+:: these('record'),

  grafanaDashboards+:: {
    'reserve-monitor-overview.json': import 'files/dashboards/overview.json',
    'reserve-monitor-exchange.json': import 'files/dashboards/exchange.json',
    'reserve-monitor-monitor.json': import 'files/dashboards/monitor.json',
  },
}
