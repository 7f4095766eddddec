package chainrule.decode;

import chainrule.decode.rule.Path;
import chainrule.decode.rule.Rules;

/**
 * What a method is given of the text that it continues.
 *
 * @param prompt the tokens given, with the text's maximal length and the tokens that end it
 * @param rules changes to the scores, applied where the method's definition says
 * @param draws the text's own random numbers
 */
public record Text(Path prompt, Rules rules, Draws draws) {}
