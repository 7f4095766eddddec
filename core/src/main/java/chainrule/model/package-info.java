/**
 * Language models as the rest of the toolkit sees them.
 *
 * <ul>
 *   <li>{@link chainrule.model.Net}: anything with parameters.
 *   <li>{@link chainrule.model.CausalLM}: p(x) = Π p(x[t] | x[&lt;t]); all that decodes, scores or probes sees only this.
 *   <li>{@link chainrule.model.Blocks}: a model as its chain of blocks. {@link chainrule.model.Wrapped}: one around another.
 *   <li>{@link chainrule.model.Tap}, {@link chainrule.model.Site}: a look at any activation, or another in its place.
 *   <li>{@link chainrule.model.Prefix}: keys and values that stand before every text of a decoder.
 * </ul>
 *
 * To add a model that is such a decoder, add a family. A model of another kind implements {@code CausalLM}.
 */
@NullMarked
package chainrule.model;

import org.jspecify.annotations.NullMarked;
