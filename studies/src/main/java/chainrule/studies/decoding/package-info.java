/**
 * Studies of decoding methods: texts that go on from the same beginnings, judged by the same measures.
 *
 * <ul>
 *   <li>{@link chainrule.studies.decoding.ContrastiveSearchStudy}, {@link chainrule.studies.decoding.MomentumStudy},
 *       {@link chainrule.studies.decoding.SpeculativeStudy}.
 *   <li>{@code Openings}: the beginnings, and how people went on. {@code Comparison}: what methods make of them, measured.
 *   <li>{@code Shifted}: a model whose hidden vectors all have the same vector added.
 * </ul>
 */
@NullMarked
package chainrule.studies.decoding;

import org.jspecify.annotations.NullMarked;
