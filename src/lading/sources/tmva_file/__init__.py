"""Parts of the TMVA source."""
