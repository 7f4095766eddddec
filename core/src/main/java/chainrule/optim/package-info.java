/**
 * How training moves the parameters.
 *
 * <ul>
 *   <li>{@link chainrule.optim.Optimizer}: settings; its {@code Run} holds the state of one training run.
 *   <li>{@link chainrule.optim.AdamW}: Adam with decoupled weight decay.
 *   <li>{@link chainrule.optim.Mezo}: from forward passes alone, with {@link chainrule.optim.Layers} and
 *       {@link chainrule.optim.Moments}.
 *   <li>{@link chainrule.optim.Pass}: a part of a step's loss, as the optimizer sees it.
 *   <li>{@link chainrule.optim.Schedule}: the learning rate over the steps.
 * </ul>
 *
 * To add an optimizer, write a record that implements {@code Optimizer}, name it among those it permits, and let its
 * test inherit {@code OptimizerContract}.
 */
@NullMarked
package chainrule.optim;

import org.jspecify.annotations.NullMarked;
