/**
 * Layers as records of tensors, and what walks them.
 *
 * <ul>
 *   <li>{@link chainrule.nn.Linear} (an interface, so that adapters and sharded forms take its place),
 *       {@link chainrule.nn.Dense}, {@link chainrule.nn.Quantised} and {@link chainrule.nn.LowRank}; {@link chainrule.nn.Norm}; {@link chainrule.nn.Mlp}; {@link chainrule.nn.Attention};
 *       {@link chainrule.nn.Rotary}.
 *   <li>{@link chainrule.nn.Tree}: the parameters of any record of layers by path, and maps over them.
 *   <li>{@link chainrule.nn.Init}: where a parameter comes from.
 *   <li>{@link chainrule.nn.Compute}: the number type of matrix products.
 * </ul>
 *
 * To add a layer, write a record whose components are tensors, layers and settings, with a static {@code create} that
 * asks an {@code Init} for its tensors, and a method that computes it with libtorch's operations.
 */
@NullMarked
package chainrule.nn;

import org.jspecify.annotations.NullMarked;
