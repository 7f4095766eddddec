/**
 * Filters: what sampling removes from the next token's distribution by its shape. {@link chainrule.decode.filter.Filter}
 * lists them; {@link chainrule.decode.filter.Distribution} is the softmax and the selection they share.
 *
 * <p>To add one, write a record with the settings and name it in {@code Filter}; outside of this project implement
 * {@link chainrule.decode.filter.Filter.Custom}.
 */
@NullMarked
package chainrule.decode.filter;

import org.jspecify.annotations.NullMarked;
