/**
 * Weights on disk: formats of tensors, models as files and folders, where they are kept and how they get there.
 *
 * <ul>
 *   <li>{@link chainrule.checkpoint.TensorFile}: tensors by name, in {@link chainrule.checkpoint.Safetensors} (which are
 *       also written), {@link chainrule.checkpoint.ShardedSafetensors} or {@link chainrule.checkpoint.Gguf};
 *       {@link chainrule.checkpoint.Entry} and {@link chainrule.checkpoint.Dtype} say what a file holds.
 *   <li>{@link chainrule.checkpoint.Checkpoint}: what a model argument leads to, in Hugging Face's terms:
 *       {@link chainrule.checkpoint.HuggingFaceFolder} or {@link chainrule.checkpoint.GgufModel}.
 *   <li>{@link chainrule.checkpoint.ModelStore}: models under readable names; {@link chainrule.checkpoint.Hub}: fetches
 *       them.
 *   <li>{@link chainrule.checkpoint.AtomicFile}: a file that is there whole or not at all.
 * </ul>
 *
 * To add a format of tensors, implement {@code TensorFile}, check lengths before anything is allocated, and add a row to
 * the fuzz test. To add a GGUF architecture, add its names to {@code GgufNames} and its keys to {@code GgufConfig}.
 */
@NullMarked
package chainrule.checkpoint;

import org.jspecify.annotations.NullMarked;
