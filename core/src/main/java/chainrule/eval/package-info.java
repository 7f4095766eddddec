/**
 * What a language model makes of given texts, and how good texts are that one has made.
 *
 * <p>A model on given texts:
 *
 * <ul>
 *   <li>{@link chainrule.eval.Perplexity}: one number for a long text, by windows.
 *   <li>{@link chainrule.eval.Scoring}: every token's log-probability and the best alternatives to it.
 *   <li>{@link chainrule.eval.TeacherForced}: what it predicts after each true prefix, how often rightly, and how often as a
 *       repetition.
 *   <li>{@link chainrule.eval.Coherence}: how likely it finds continuations that another made.
 *   <li>{@link chainrule.eval.Isotropy}: how far its token vectors point in different directions.
 *   <li>{@link chainrule.eval.Flops}, {@link chainrule.eval.Speed}: what its tokens cost.
 *   <li>{@link chainrule.eval.Reading}: how texts are read for that, as prompts or as decoded tokens are.
 * </ul>
 *
 * <p>Texts alone, as lists of words from a {@link chainrule.eval.WordSplit} or of token ids:
 *
 * <ul>
 *   <li>{@link chainrule.eval.Ngrams}: rep-n, distinct-n, seq-rep-n, length. {@link chainrule.eval.Diversity}: of rep-2 to
 *       rep-4.
 *   <li>{@link chainrule.eval.TokenF1}: how far an answer shares its words with a true one.
 *   <li>{@link chainrule.eval.Bleu} and self-BLEU, with a {@link chainrule.eval.Smoothing}.
 *   <li>{@link chainrule.eval.Mauve}: how near they come to human texts as a distribution, through an
 *       {@link chainrule.eval.Embedder}, {@link chainrule.eval.LastState} or {@link chainrule.eval.MiniLm}; a {@link chainrule.eval.Frontier} compares the histograms.
 * </ul>
 *
 * <pre>{@code
 * Diversity.of(WordSplit.WHITESPACE.split(texts)).value()
 * new Coherence(judge, Reading.FORWARD).mean(tokenizer, begin, passages)
 * new Mauve().of(humanIds, generatedIds, new LastState(lm)).value()
 * }</pre>
 *
 * <p>To add a measure of a model, write a record of its settings that looks at logits through a {@code Reading}; to add one of
 * texts, a record of what was counted with the figures as its methods. Each says what it answers where its formula divides by
 * zero. For other vectors in MAUVE, implement {@code Embedder}.
 */
@NullMarked
package chainrule.eval;

import org.jspecify.annotations.NullMarked;
