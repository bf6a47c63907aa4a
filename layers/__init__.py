"""What is seen on the map: overlays, their colours, and the two ways they reach a browser (the app, one offline page)."""
