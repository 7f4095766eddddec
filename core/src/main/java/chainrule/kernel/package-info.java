/** Kernels for a few rows without gradient: 8-bit products through FBGEMM, and Vector API loops over native memory. */
@NullMarked
package chainrule.kernel;

import org.jspecify.annotations.NullMarked;
