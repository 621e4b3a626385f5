"""What people read: one module for each page, on one frame. Whatever a page shows, it takes from the World."""
