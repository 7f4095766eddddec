/**
 * Kernels for rows without gradient, over native memory that libtorch and Java loops share.
 *
 * <ul>
 *   <li>{@link chainrule.kernel.Rows}: rows of float32 as memory and as a tensor at once.
 *   <li>{@link chainrule.kernel.Product}: rows times a weight: {@link chainrule.kernel.PanelProduct} in float32,
 *       also over weights of 4 and 8 bits as files have them,
 *       {@link chainrule.kernel.Bf16Product} in bfloat16, {@link chainrule.kernel.Int8Product} in 8 bits, on machine code
 *       that libtorch's parts write: FBGEMM's {@link chainrule.kernel.MicroKernel}, oneDNN's {@link chainrule.kernel.Brgemm}.
 *   <li>{@link chainrule.kernel.Attend}: softmax attention of a row over a cache where it lies;
 *       {@link chainrule.kernel.TileAttend}: of a prompt's rows.
 *   <li>{@link chainrule.kernel.Loops}: norms, rotary, activations with the Vector API.
 *   <li>{@link chainrule.kernel.Workers}: threads for loops of a few microseconds.
 * </ul>
 *
 * <p>A row's result depends on nothing but the row: not on how many others are in the pass, nor on where it stands.
 * Every kernel has its twin in plain libtorch operations, which tests compare it with.
 *
 * <p>To add a weight format, write a record that implements {@code Product}.
 */
@NullMarked
package chainrule.kernel;

import org.jspecify.annotations.NullMarked;
