/**
 * The root of Chainrule: what every layer may use. {@link chainrule.BadInput} is the one sentence a user gets for input
 * that cannot be used; {@link chainrule.Spec} is the text form of a method and its settings.
 */
@NullMarked
package chainrule;

import org.jspecify.annotations.NullMarked;
