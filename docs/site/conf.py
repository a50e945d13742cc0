"""How Sphinx builds the site. `build.py` puts the pages beside this file first."""

import warnings

project = "layerwright"
author = "the layerwright authors"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "layerwright"
html_static_path = ["site.css"]
html_css_files = ["site.css"]
myst_heading_anchors = 3
myst_enable_extensions = ["html_image"]
highlight_language = "none"
suppress_warnings = ["myst.xref_missing_lang"]
show_warning_types = True
warnings.filterwarnings("ignore", module="docutils")
