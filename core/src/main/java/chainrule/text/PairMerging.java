package chainrule.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The loop of byte pair encoding: merges the most frequent pair of neighbours in all words, again and again (Sennrich,
 * Haddow and Birch 2016, algorithm 1). Of pairs as frequent as each other the one with the lowest left, then right symbol
 * comes first. Counts are kept up to date in the words that hold a pair, and a heap finds the next one; an entry whose
 * count is out of date goes back with the true one.
 */
final class PairMerging {
    /** The symbols that there are. */
    interface Symbols {
        boolean full();

        /** The symbol of a pair, made if need be; empty if the pair must stay one. */
        OptionalInt of(int left, int right);
    }

    /** Two neighbours, how often they occur, and the words that held them. */
    private static final class Pair {
        private final int left;
        private final int right;
        private long count;
        private int[] words = new int[4];
        private int size;

        Pair(int left, int right) {
            this.left = left;
            this.right = right;
        }

        void add(int word) {
            if (size == 0 || words[size - 1] != word) {
                words = size == words.length ? Arrays.copyOf(words, 2 * size) : words;
                words[size++] = word;
            }
        }
    }

    private record Entry(long count, Pair pair) {}

    private static final Comparator<Entry> FIRST = Comparator.comparingLong(Entry::count)
            .reversed()
            .thenComparingInt(e -> e.pair.left)
            .thenComparingInt(e -> e.pair.right);

    private final List<int[]> words;
    private final long[] counts;
    private final Map<Long, Pair> pairs = new HashMap<>();
    private final PriorityQueue<Entry> heap = new PriorityQueue<>(FIRST);

    /**
     * @param words symbols of each word; replaced as they merge
     * @param counts how often each word occurs
     */
    PairMerging(List<int[]> words, long[] counts) {
        this.words = words;
        this.counts = counts;
        for (int w = 0; w < words.size(); w++) {
            count(w, 1);
        }
        pairs.values().forEach(pair -> heap.add(new Entry(pair.count, pair)));
    }

    /**
     * Merges until {@code symbols} is full or no pair occurs {@code leastCount} times; returns the pairs in order.
     */
    List<int[]> run(Symbols symbols, long leastCount) {
        List<int[]> merged = new ArrayList<>();
        while (!symbols.full() && !heap.isEmpty()) {
            Entry top = heap.poll();
            if (top.count < leastCount) {
                break;
            }
            if (top.count != top.pair.count) {
                heap.add(new Entry(top.pair.count, top.pair));
                continue;
            }
            OptionalInt symbol = symbols.of(top.pair.left, top.pair.right);
            if (symbol.isPresent()) {
                merge(top.pair, symbol.getAsInt());
                merged.add(new int[] {top.pair.left, top.pair.right});
            }
        }
        return merged;
    }

    private void merge(Pair pair, int symbol) {
        Set<Pair> grown = new LinkedHashSet<>();
        for (int i = 0; i < pair.size; i++) {
            int w = pair.words[i];
            int[] old = words.get(w);
            int[] now = replaced(old, pair, symbol);
            if (now.length < old.length) {
                count(w, -1);
                words.set(w, now);
                count(w, 1);
                for (int k = 0; k + 1 < now.length; k++) {
                    if (now[k] == symbol || now[k + 1] == symbol) {
                        grown.add(pair(now[k], now[k + 1]));
                    }
                }
            }
        }
        grown.forEach(p -> heap.add(new Entry(p.count, p)));
    }

    private static int[] replaced(int[] word, Pair pair, int symbol) {
        int[] out = new int[word.length];
        int n = 0;
        for (int i = 0; i < word.length; i++) {
            boolean here = word[i] == pair.left && i + 1 < word.length && word[i + 1] == pair.right;
            out[n++] = here ? symbol : word[i];
            i += here ? 1 : 0;
        }
        return Arrays.copyOf(out, n);
    }

    private void count(int w, int sign) {
        int[] word = words.get(w);
        for (int i = 0; i + 1 < word.length; i++) {
            Pair pair = pair(word[i], word[i + 1]);
            pair.count += sign * counts[w];
            if (sign > 0) {
                pair.add(w);
            }
        }
    }

    private Pair pair(int left, int right) {
        return pairs.computeIfAbsent((long) left << 32 | right, _ -> new Pair(left, right));
    }
}
