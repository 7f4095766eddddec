/**
 * Adapters: a few parameters of their own that change a model whose parameters stay as they are.
 *
 * <ul>
 *   <li>{@link chainrule.adapter.AdapterMethod}: a method, as settings from which a fresh adapter is made:
 *       {@link chainrule.adapter.Lora}, {@link chainrule.adapter.PrefixTuning}.
 *   <li>{@link chainrule.adapter.Adapter}: an adapter's parameters. It is put on a decoder for training, or changes a
 *       checkpoint while that is loaded for decoding, with no cost per token.
 *   <li>{@link chainrule.adapter.Adapted}: a decoder with an adapter on it; what trains it moves the adapter alone.
 *   <li>{@link chainrule.adapter.PeftFolder}: adapters on disk, as Hugging Face's PEFT keeps them.
 * </ul>
 *
 * The decoder stays its owner's: closing what is adapted closes the adapter only, and the decoder must outlive it.
 *
 * <pre>{@code
 * Models.Form form = Models.form(checkpoint);
 * try (Decoder base = Models.load(checkpoint);
 *         Adapted lm = new Lora(8, 16).on(form, base)) {
 *     ... train lm ...
 *     PeftFolder.write(lm.adapter(), form, "path/of/base", folder);
 * }
 * }</pre>
 *
 * To add an adapter, write its settings and its member of {@code Adapter}, and teach {@code PeftFolder} its files.
 */
@NullMarked
package chainrule.adapter;

import org.jspecify.annotations.NullMarked;
