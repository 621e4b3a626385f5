import io, zipfile, json
from pathlib import Path
import pytest
from tests.support.daemons import Site, Watched, publish, signed, until, watching
from tests.support.published import publishing, zipped
from tests.daemon.test_liabilities import watched_site, status, owed, proof, at_status, alerting, TREE, ROOT, FORGED

pytestmark = pytest.mark.asyncio
@pytest.fixture
def tree(site): return site.folder/'tree.txt'

def at(site, url, beside=True, **more):
    l=site.sections["exchanges"]["okx"]["liabilities"]
    (l["proof"] if beside else l).update(source=url, **more); site.write()

@pytest.mark.parametrize("beside",[True,False])
async def test_url(site, tree, beside):
    watched_site(site, tree, beside=beside)
    async with publishing() as p:
        url=p.put("/por_1.zip", zipped({"full-liabilities-merkle-tree.txt":TREE}), ETag='"1"', **{"Last-Modified":"Sun, 01 Nov 2026 00:00:00 GMT"})
        at(site,url,beside)
        async with watching(site.path) as w:
            await until(at_status(w,"proven"))
            async def cached(): return 304 in p.statuses
            await until(cached)
            assert await status(w)=="proven"
            print((await w.exchange())["proof"]["document"])
            p.put("/por_1.zip", zipped({"full-liabilities-merkle-tree.txt":FORGED}), ETag='"2"', **{"Last-Modified":"Sun, 01 Nov 2026 00:00:00 GMT"})
            await until(alerting(w,"PorProofFailed"))
            a=(await w.alerts()); print({k:v['summary'] for k,v in a.items()})
            p.put("/por_1.zip", zipped({"full-liabilities-merkle-tree.txt":TREE})[:-40], ETag='"3"')
            await until(at_status(w,"unreadable"))
            a=(await w.alerts()); print({k:v['summary'] for k,v in a.items()})
            st,html=await w.get("/okx"); 
            if st!=200: st,html=await w.get("/")
            i=html.find('The proof of liabilities'); print(st, html[i:i+1500])
            p.put("/por_1.zip", zipped({"full-liabilities-merkle-tree.txt":TREE}), ETag='"4"', **{"Last-Modified":"Sun, 01 Nov 2026 00:00:00 GMT"})
            await until(at_status(w,"proven"))
            # reload other root
            at(site,url,beside,root="ab"*32)
            assert (await w.reload())[0]==200
            await until(at_status(w,"invalid"))
            print('after root', (await w.exchange())["proof"]["reason"], await owed(w,"USDT"))
            at(site,url,beside,root=ROOT); await w.reload()
            await until(at_status(w,"proven"))
            st,html=await w.get("/okx"); 
            if st!=200: st,html=await w.get("/")
            i=html.find('The proof of liabilities'); print(st, html[i:i+3000])
            e=await w.exchange(); print(json.dumps({k:e[k] for k in ('proof','regularity','liabilities')},indent=1)[:5000])
            if beside:
                del site.sections["exchanges"]["okx"]["liabilities"]["proof"]; site.write(); await w.reload()
                async def gone(): return await status(w) is None
                await until(gone)
                print('alerts', list(await w.alerts()))
                print([n for n,_ in await w.scrape() if 'proof' in n])

async def test_restart_failing(site, tree):
    watched_site(site, tree, beside=True)
    async with watching(site.path) as w:
        await until(at_status(w,"proven"))
        publish(tree, FORGED)
        await until(alerting(w,"PorProofFailed"))
    tree.unlink()
    async with watching(site.path) as w:
        await until(at_status(w,"invalid"))
        await until(alerting(w,"PorProofFailed"))
        print({k:v['summary'] for k,v in (await w.alerts()).items()})

async def test_fifo(site, tree):
    import os
    watched_site(site, tree, beside=True)
    tree.unlink(); os.mkfifo(tree)
    async with watching(site.path) as w:
        await until(alerting(w,"PorLiabilitiesRefused"))
        print({k:v['summary'] for k,v in (await w.alerts()).items()})
async def test_badname(site, tree):
    import os
    d=site.folder/'p'; d.mkdir(); open(os.fsencode(str(d))+b'/\xff.txt','w').write(TREE)
    watched_site(site, tree, beside=True)
    at(site,str(d))
    async with watching(site.path) as w:
        await until(at_status(w,"proven"))
        print((await proof(w))["document"])
