"""The app: `streamlit run app.py`. The pages are listed in views/pages.py."""

import streamlit as st

from views.fence import middleware
from views.routes import routes
from views.warm import lifespan

app = st.App("views/main.py", routes=routes(), middleware=middleware(), lifespan=lifespan)
