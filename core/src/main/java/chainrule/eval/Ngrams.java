package chainrule.eval;

import chainrule.BadInput;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How often texts repeat their n-grams, the sequences of n neighbouring words or token ids. Counts are summed over the
 * texts before anything is divided, so long texts weigh more.
 *
 * <ul>
 *   <li>rep-n = 1 − unique/total, repetition within a text (Su and Collier, "Contrastive Search Is What You Need For Neural
 *       Text Generation", 2023; Jiang et al., "A Simple Contrastive Learning Objective for Alleviating Neural Text
 *       Degeneration", 2022)
 *   <li>distinct-n = distinct/total, repetition across texts counted as well (Li et al., "A Diversity-Promoting Objective
 *       Function for Neural Conversation Models", 2016)
 *   <li>seq-rep-n: rep-n text by text, then the mean (Welleck et al., "Neural Text Generation with Unlikelihood Training",
 *       2020)
 * </ul>
 *
 * <p>Padding and special tokens are taken out by the caller, as the papers do. Texts without n-grams repeat none: with no
 * n-gram at all rep-n is 0 and distinct-n is 1.
 *
 * @param total n-grams
 * @param unique of these, the different ones within each text, summed over texts
 * @param distinct the different ones of all texts together; uniq-n in Jiang et al.
 */
public record Ngrams(long total, long unique, long distinct) {
    /** The n-grams of some texts, each a list of words or ids. */
    public static Ngrams of(int n, Collection<? extends List<?>> texts) {
        long total = 0;
        long unique = 0;
        Set<List<?>> all = new HashSet<>();
        for (List<?> text : texts) {
            Map<? extends List<?>, Integer> counts = counts(n, text);
            total += Math.max(0, text.size() - n + 1);
            unique += counts.size();
            all.addAll(counts.keySet());
        }
        return new Ngrams(total, unique, all.size());
    }

    /** Token ids in the form that {@link #of} and its neighbours count. */
    public static List<List<Integer>> ids(Collection<int[]> texts) {
        return texts.stream().map(t -> Arrays.stream(t).boxed().toList()).toList();
    }

    /** seq-rep-n over the texts that have n-grams; 0 where none has. */
    public static double seqRep(int n, Collection<? extends List<?>> texts) {
        return texts.stream()
                .filter(text -> text.size() >= n)
                .mapToDouble(text -> of(n, List.of(text)).rep())
                .average()
                .orElse(0);
    }

    /** The mean number of words or tokens of a text. @throws BadInput where there are no texts */
    public static double meanLength(Collection<? extends List<?>> texts) {
        return texts.stream()
                .mapToInt(List::size)
                .average()
                .orElseThrow(() -> new BadInput("No texts have no mean length: give at least one."));
    }

    /** rep-n, from 0 to 1. */
    public double rep() {
        return total == 0 ? 0 : 1 - (double) unique / total;
    }

    /** distinct-n, from 0 to 1. */
    public double distinctness() {
        return total == 0 ? 1 : (double) distinct / total;
    }

    /** How often a text has each of its n-grams. */
    static <T> Map<List<T>, Integer> counts(int n, List<T> text) {
        if (n < 1) {
            throw new BadInput("An n-gram has 1 word or more, not " + n + ".");
        }
        Map<List<T>, Integer> counts = new HashMap<>();
        for (int i = 0; i + n <= text.size(); i++) {
            counts.merge(text.subList(i, i + n), 1, Integer::sum);
        }
        return counts;
    }
}
