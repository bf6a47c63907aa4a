"""The script behind every page: title, language, navigation."""

from __future__ import annotations

import streamlit as st

from layers.vendor import ASSETS
from layers.words import LANGUAGES
from views import home
from views.language import SPOKEN
from views.pages import pages_for
from views.sign_in import acting_choice, current_user
from views.state import LANGUAGE, language, remember_pages, remember_shell, say

# The tables' own toolbar is hidden: its CSV download would let formulas through; our buttons do not.
_SHEET = """<style>
[data-testid="stElementToolbar"] { display: none !important; }
.stMainBlockContainer { padding: 3.7rem 1.2rem .6rem; max-width: none; }
.stApp iframe { border-radius: 8px; border: 1px solid rgba(124, 139, 153, .35); }
.st-key-map_box iframe { height: calc(100vh - 10.6rem) !important; min-height: 420px; }
.st-key-coverage_box iframe { height: calc(100vh - 14rem) !important; min-height: 380px; }
.st-key-panel { flex: 0 0 calc(100vh - 27.9rem) !important; height: calc(100vh - 27.9rem) !important; max-height: none !important; min-height: 260px; gap: .5rem; padding: .7rem .9rem; }
.st-key-panel [data-testid="stMarkdownContainer"] { margin-bottom: 0 !important; }
.st-key-panel p, .st-key-panel summary { font-size: 13.5px; line-height: 1.5; margin: 0; }
.st-key-panel table { font-size: 13px; width: 100%; }
.st-key-panel th, .st-key-panel td { padding: 3px 7px !important; vertical-align: top; }
.st-key-panel td:first-child { white-space: nowrap; }
.st-key-panel h4 { font-size: 1.15rem; padding: 0; overflow-wrap: anywhere; }
.st-key-panel [data-testid="stVerticalBlock"] { gap: .35rem; }
.st-key-panel [data-testid="stExpanderDetails"] { padding: .3rem .7rem .5rem; }
.st-key-language_box { position: fixed; top: .5rem; right: 3.2rem; z-index: 1000000; width: auto; }
.st-key-person_box { position: fixed; top: .5rem; right: 12.4rem; z-index: 1000000; width: 9.4rem; }
.st-key-person_box [data-baseweb="select"] > div { min-height: 2rem; height: 2rem; }
.st-key-person_box [data-testid="stElementContainer"] { width: 100% !important; }
[data-testid="stLayoutWrapper"]:has(> :is(.st-key-language_box, .st-key-person_box)) { position: absolute; }
.st-key-language_box [data-testid="stElementContainer"]:has(> .stHtml) { display: none; }
[data-testid="stTopNav"] { max-width: calc(100vw - 22.8rem); margin-right: auto; }
[data-testid="stTopNavLink"]:focus-visible { outline: 2px solid var(--st-primary-color, #0b5cab); outline-offset: 1px; }
[data-testid="stTopNavLink"] { padding-left: .4rem; padding-right: .4rem; }
[data-testid="stMetric"] > div { padding: .4rem .85rem !important; }
[data-testid="stMetric"] [data-testid="stMetricValue"] { font-size: 1.5rem; }
/* A tablet: the panel keeps its width, and held upright it stands below the map. */
@media (max-width: 1100px) {
  .stApp [data-testid="stColumn"]:has(:is(.st-key-case_map, .st-key-map_box)) { flex: 1.25 1 0 !important; min-width: 0; }
  .stApp [data-testid="stColumn"]:has(:is(.st-key-case_panel, .st-key-panel)) { flex: 1 1 0 !important; min-width: 0; }
  .stApp .st-key-list_head { flex-wrap: nowrap; gap: .4rem; }
  .stApp .st-key-list_head button { padding-left: .35rem; padding-right: .35rem; min-width: 0; }
  .stApp .st-key-list_head [data-testid="stShortcutHint"], .stApp .st-key-list_head kbd { display: none; }
}
@media (max-width: 900px) {
  .stApp [data-testid="stHorizontalBlock"]:has(> [data-testid="stColumn"] :is(.st-key-case_map, .st-key-map_box)) { flex-direction: column; }
  .stApp [data-testid="stColumn"]:has(:is(.st-key-case_map, .st-key-map_box, .st-key-case_panel, .st-key-panel)) { width: 100% !important; flex: none !important; }
  .stApp :is(.st-key-case_map, .st-key-map_box) iframe { height: 42vh !important; min-height: 280px; }
  .stApp [data-testid="stColumn"]:has(.st-key-case_panel) > [data-testid="stVerticalBlock"] { height: calc(58vh - 14.6rem); min-height: 330px; }
  .stApp .st-key-panel { flex: none !important; height: calc(58vh - 31rem) !important; min-height: 240px; }
}
@media print { header, .stSidebar, .st-key-language_box, .st-key-filters, .st-key-downloads { display: none !important; } }
</style>"""
_WORDS = '<i id="dp-language" data-language="{}" hidden></i><script src="assets/words.js"></script>'


def main() -> None:
    """Set the page up and hand over to the page that was asked for."""
    st.set_page_config(page_title="门楼牌核对 doorplate", page_icon=str(ASSETS / "icon.png"), layout="wide")
    st.html(_SHEET)
    with st.container(key="language_box", horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "语言 Language", list(LANGUAGES), default=language(), key=LANGUAGE, format_func=LANGUAGES.__getitem__, label_visibility="collapsed",
        )  # fmt: skip
        st.session_state[SPOKEN] = language()
        # No text from data: a mark of the language, and our own file with the words that Streamlit itself puts on a page.
        st.html(_WORDS.format(language()), unsafe_allow_javascript=True)
    user = current_user()
    with st.container(key="person_box"):
        acting_choice()
    allowed = pages_for(user.roles)
    shown = {p.path: st.Page(p.show, title=say(p.zh, p.en), icon=p.icon, url_path=p.path) for p in allowed}
    remember_pages(shown)
    remember_shell()
    st.navigation([home.first(shown), *shown.values(), *home.unknown(shown)], position="top").run()


main()
