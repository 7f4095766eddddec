/**
 * Drafting and its judgement, the two halves of speculative decoding: somebody cheap guesses the next tokens, the model
 * reads all guesses in one pass, and those stay that the model would have said.
 *
 * <ul>
 *   <li>{@link chainrule.decode.draft.Drafter}: who guesses. {@link chainrule.decode.draft.Lookup} copies from the text,
 *       {@link chainrule.decode.draft.DraftModel} asks another model.
 *   <li>{@link chainrule.decode.draft.Draft}: the guesses, a chain or a tree, with the laws they were drawn from.
 *   <li>{@link chainrule.decode.draft.Acceptance}: which of them stay.
 *   <li>{@link chainrule.decode.draft.Law} and {@link chainrule.decode.draft.Chance}: the rules, the filters and the random
 *       numbers that the draft shares with the model.
 *   <li>{@link chainrule.decode.draft.Drafted}: what became of the guesses.
 * </ul>
 *
 * <p><b>To add a drafter</b>, write a record with its settings and name it in {@code Drafter}; outside of this project
 * implement {@link chainrule.decode.draft.Drafter.Custom}. One that always guesses the same is a line:
 *
 * <pre>{@code
 * record Always(int token) implements Drafter.Custom {
 *     public Drafting prepare(Path prompt, Law law, Chance chance) {
 *         return (path, shape) -> Draft.chain(token);
 *     }
 * }
 * }</pre>
 */
@NullMarked
package chainrule.decode.draft;

import org.jspecify.annotations.NullMarked;
