#include "vm_test.h"
void test_model(uint32_t seed, unsigned steps, unsigned fail_period){(void)seed;(void)steps;(void)fail_period;}
