/**
 * From texts to the rows of a training step, as plain arrays and mapped files.
 *
 * <ul>
 *   <li>{@link chainrule.data.Corpus}: {@link chainrule.data.Document}s from text files, folders, JSON lines and gzip.
 *   <li>{@link chainrule.data.Instructions}: chats and completions, of which only the answers are trained.
 *   <li>{@link chainrule.data.TokenFile}: a corpus as the ids of a {@link chainrule.data.Vocabulary}, in a mapped file.
 *   <li>{@link chainrule.data.Packing}: how documents become {@link chainrule.data.Windows} of T+1 ids.
 *   <li>{@link chainrule.data.HeldOut}: which of them are kept from training.
 *   <li>{@link chainrule.data.Batches}: the order of training; the {@link chainrule.data.Rows} of any step by its number.
 * </ul>
 *
 * <pre>{@code
 * TokenFile.write(path, Corpus.of(folder), vocabulary, TokenFile.Progress.NONE);
 * try (var file = TokenFile.open(path)) {
 *     var split = new HeldOut.Documents(0.01, seed).split(file, new Packing.Contiguous(512));
 *     var batches = new Batches(split.training(), seed);
 *     for (long step = 0; step < steps; step++) {
 *         Rows rows = batches.rows(step, 8);
 *     }
 * }
 * }</pre>
 *
 * To add a source of texts, implement {@code Corpus}: one method that streams documents. To add a way of packing, write a
 * record in {@code Packing} that makes {@code Windows}; to choose what is held out, one in {@code HeldOut}.
 */
@NullMarked
package chainrule.data;

import org.jspecify.annotations.NullMarked;
