/**
 * Decoding: how texts are continued with what a language model says.
 *
 * <p><b>Propose and choose</b> is the one primitive. A method proposes tokens, as nodes of a tree after the text so far;
 * one pass of the model reads them all; the method commits some, keeps some open and drops the rest, at no further pass.
 * Greedy search proposes one token that it has decided already and learns its successor. A search keeps its prefixes as
 * branches. A speculative method proposes a draft and commits what the model agrees with. Nothing of the common prefix is
 * read or copied twice.
 *
 * <ul>
 *   <li>{@link chainrule.decode.Decoding}: the methods. {@link chainrule.decode.Greedy},
 *       {@link chainrule.decode.Sampling} and its general form {@link chainrule.decode.FilteredSampling},
 *       {@link chainrule.decode.BeamSearch}, {@link chainrule.decode.DiverseBeamSearch},
 *       {@link chainrule.decode.ContrastiveSearch}, {@link chainrule.decode.Momentum}, {@link chainrule.decode.Mirostat},
 *       {@link chainrule.decode.Dola}.
 *   <li>{@link chainrule.decode.Speculative}: greedy search and sampling, several tokens a pass. {@code draft}: who guesses
 *       them, and which stay.
 *   <li>{@link chainrule.decode.Run}, {@link chainrule.decode.Proposal}, {@link chainrule.decode.Choice},
 *       {@link chainrule.decode.Read}: a method at work on one text.
 *   <li>{@link chainrule.decode.Engine}: any number of texts, of any methods, in lockstep.
 *       {@link chainrule.decode.Request} in, {@link chainrule.decode.Event}s and a {@link chainrule.decode.Result} out.
 *   <li>{@code rule}: changes to the scores by the text so far. {@code filter}: by the distribution's shape.
 * </ul>
 *
 * <pre>{@code
 * try (Engine engine = new Engine(lm)) {
 *     Request request = Request.of(ids).with(new Sampling(0.7, 0, 0.95, 0, 1)).withSeed(1, 0);
 *     Result result = engine.run(request);                          // on this thread
 *     engine.submit(request).events().forEach(e -> print(e.text())); // on the engine's, as it comes
 * }
 * }</pre>
 *
 * <p><b>To add a method</b>, write a record with its settings whose class doc is the paper, name it in {@code Decoding},
 * and let a test class inherit {@code DecodingContract}; outside of this project implement
 * {@link chainrule.decode.Decoding.Custom}. A method that settles on one token after every pass is one line:
 *
 * <pre>{@code
 * record SecondBest() implements Decoding.Custom {
 *     public Run start(Text text) {
 *         return new TokenByToken(text, (scores, path) -> Distribution.best(2, scores)[1]);
 *     }
 * }
 * }</pre>
 *
 * <p>Any other is a {@code Run}. This one reads the two best tokens at a time and keeps the one after which the model is
 * surer:
 *
 * <pre>{@code
 * record Surer() implements Decoding.Custom {
 *     public Run start(Text text) {
 *         return new Run() {
 *             int[] best;
 *             public Proposal propose() {
 *                 return Proposal.open(best, new int[] {-1, -1});
 *             }
 *             public Choice choose(Read read) {
 *                 int surer = read.rows() == 2 && certainty(read.scores(1)) > certainty(read.scores(0)) ? 1 : 0;
 *                 best = Distribution.best(2, read.scores(surer));
 *                 return Choice.commit(surer);
 *             }
 *         };
 *     }
 * }
 * }</pre>
 */
@NullMarked
package chainrule.decode;

import org.jspecify.annotations.NullMarked;
