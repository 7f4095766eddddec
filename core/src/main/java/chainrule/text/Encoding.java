package chainrule.text;

import java.util.List;

/**
 * A text as tokens.
 *
 * @param ids ids of the vocabulary
 * @param tokens the vocabulary's texts of the tokens
 * @param offsets [start, end) of each token in the text, in code points; [0, 0) for a token that is added
 * @param types 0 for a token of the first text, 1 for one of the second, and for added ones what the template says
 */
public record Encoding(int[] ids, List<String> tokens, int[][] offsets, int[] types) {}
