#pragma once
#define LADING_VERSION "0.1.0"
// Version of the numbers: raised when any result may change in its last bit.
#define LADING_NUMERICS 1
