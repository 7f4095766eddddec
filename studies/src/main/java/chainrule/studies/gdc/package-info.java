/**
 * The study of generation with distributional control.
 *
 * <ul>
 *   <li>{@link chainrule.studies.gdc.GdcStudy}: the claims.
 *   <li>{@code ExactPart}: all texts of six symbols, where nothing is estimated. {@code NamesPart}: first names.
 *       {@code BiographiesPart}: biographies of legislators, nearly all of men.
 *   <li>{@code SmallModel}: a model trained from scratch on short texts. {@code Measured}: what a trained policy is like.
 * </ul>
 */
@NullMarked
package chainrule.studies.gdc;

import org.jspecify.annotations.NullMarked;
