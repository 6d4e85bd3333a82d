#include "Rivet/Analysis.hh"  // all of the stand-in is there
