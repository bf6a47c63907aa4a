"""The app: `streamlit run app.py`. The pages are listed in views/pages.py."""

import streamlit as st

from views import fence, prompt
from views.routes import routes
from views.warm import lifespan

app = st.App("views/main.py", routes=routes(), middleware=[*prompt.middleware(), *fence.middleware()], lifespan=lifespan)
