/**
 * A language model on this machine, ready for use: what a library user begins with.
 *
 * <ul>
 *   <li>{@link chainrule.local.LocalModel}: weights, tokenizer, chat template and engine of one model.
 *   <li>{@link chainrule.local.ModelArgument}: what a user calls a model by.
 *   <li>{@link chainrule.local.Prompts}: texts and conversations to tokens; {@link chainrule.local.Message} is a turn.
 *   <li>{@link chainrule.local.Suggested}: the decoding that a model's publisher suggests.
 *   <li>{@link chainrule.local.Machine}: what this machine lacks of what makes decoding fast.
 * </ul>
 *
 * To open a model from elsewhere, make a {@link chainrule.checkpoint.Checkpoint} of it and give it to {@code LocalModel}.
 */
@NullMarked
package chainrule.local;

import org.jspecify.annotations.NullMarked;
