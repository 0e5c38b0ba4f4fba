"""An appeal from its link to its outcome and the published figures."""
