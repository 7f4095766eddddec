/** Native memory, libtorch calls and random numbers. */
@NullMarked
package chainrule.tensor;

import org.jspecify.annotations.NullMarked;
