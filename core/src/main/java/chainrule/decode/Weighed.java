package chainrule.decode;

import java.util.List;

/**
 * A candidate for the next token as a method that makes candidates pay has weighed it.
 *
 * @param id the token
 * @param probability that the model gives it, after the rules, among all tokens
 * @param penalty what it pays: likeness to the text in contrastive search, resistance in momentum decoding, each with its
 *     factor
 * @param score what the method compares; the largest wins, the first of equals
 */
public record Weighed(int id, double probability, double penalty, double score) {
    /** The number of the winner among {@code all}; {@code otherwise} where no score is above -∞. */
    static int winner(List<Weighed> all, int otherwise) {
        int winner = otherwise;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).score > most) {
                most = all.get(i).score;
                winner = i;
            }
        }
        return winner;
    }
}
