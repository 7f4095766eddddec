/**
 * Published families of models as settings of {@link chainrule.model.Decoder}: how each one's {@code config.json} reads
 * (in the form of transformers 4 and of 5), and what its parameters are called in a checkpoint.
 *
 * <ul>
 *   <li>{@link chainrule.model.family.Gpt2}, {@link chainrule.model.family.Llama} (SmolLM2, Llama 2 and 3),
 *       {@link chainrule.model.family.Mistral}, {@link chainrule.model.family.Qwen2},
 *       {@link chainrule.model.family.Qwen3}, {@link chainrule.model.family.GptNeox}.
 *   <li>{@link chainrule.model.family.Stored}: a tensor of the checkpoint as one or several of ours.
 *   <li>{@link chainrule.model.family.Settings}: a checked look into {@code config.json}.
 *   <li>{@link chainrule.model.family.Models}: loads and saves.
 * </ul>
 *
 * To add a family, write a record that implements {@link chainrule.model.family.Family}, add it to the list in
 * {@code Family.ALL}, and add a small random model of it with reference figures to {@code golden/models}.
 */
@NullMarked
package chainrule.model.family;

import org.jspecify.annotations.NullMarked;
