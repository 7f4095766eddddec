package chainrule.model;

import chainrule.kernel.Attend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The new rows of several texts in one pass, text after text.
 *
 * @param at the rows' positions in their texts
 */
record PackedRows(List<Place> places, Place[] byRow, int[] at) {
    /**
     * A text's rows.
     *
     * @param from its first row in the pass
     * @param start its cache's rows before the pass
     * @param seen what each row sees of the cache
     */
    record Place(Segment segment, int from, int start, Attend.Seen[] seen) {
        KeyValueCache cache() {
            return (KeyValueCache) segment.cache();
        }

        int count() {
            return seen.length;
        }
    }

    /** Makes room in the texts' caches. @throws chainrule.BadInput where a text outgrows the model's context */
    static PackedRows of(List<Segment> segments, DecoderConfig config) {
        int n = segments.stream().mapToInt(s -> s.parents().length).sum();
        PackedRows all = new PackedRows(new ArrayList<>(), new Place[n], new int[n]);
        int from = 0;
        for (Segment s : segments) {
            from += all.add(s, from, config);
        }
        return all;
    }

    private int add(Segment s, int from, DecoderConfig config) {
        var cache = (KeyValueCache) s.cache();
        int start = cache.rows();
        cache.append(s.parents());
        int[] positions = CachedPass.positions(cache, s.parents().length);
        Place place = new Place(s, from, start, new Attend.Seen[positions.length]);
        boolean chain = Arrays.equals(cache.parents(), Segment.chain(cache.live()));
        for (int i = 0; i < positions.length; i++) {
            config.checkLength(positions[i] + 1 - cache.before(), cache.before());
            int first = config.window().isPresent()
                    ? Math.max(0, positions[i] - config.window().getAsInt() + 1)
                    : 0;
            place.seen[i] = chain
                    ? new Attend.Seen(first, positions[i] + 1, new boolean[0])
                    : branch(cache, cache.live() - positions.length + i, positions[i], first);
            byRow[from + i] = place;
            at[from + i] = positions[i];
        }
        places.add(place);
        return positions.length;
    }

    /** The committed rows from {@code first} on, and of the live nodes {@code node} and its ancestors there. */
    private static Attend.Seen branch(KeyValueCache cache, int node, int at, int first) {
        boolean[] live = new boolean[cache.live()];
        int position = at;
        for (int a = node; a >= 0 && position >= first; a = cache.parents()[a]) {
            live[a] = true;
            position--;
        }
        return new Attend.Seen(Math.min(first, cache.committed()), cache.committed(), live);
    }

    /** Whether this is one text's prompt, whose rows follow one another. */
    boolean prompt() {
        Place only = places.getFirst();
        return places.size() == 1 && only.segment.kind() == Segment.Kind.PROMPT && only.seen[0].live().length == 0;
    }

    int count() {
        return at.length;
    }

    /** All rows' tokens; none where a text gives vectors. */
    Optional<int[]> ids() {
        int[] ids = new int[at.length];
        for (Place p : places) {
            if (!(p.segment().tokens() instanceof Tokens.Row(int[] own))) {
                return Optional.empty();
            }
            System.arraycopy(own, 0, ids, p.from(), own.length);
        }
        return Optional.of(ids);
    }

    Place place(int row) {
        return byRow[row];
    }

    /** What a row sees of its text's cache. */
    Attend.Seen seen(int row) {
        return byRow[row].seen[row - byRow[row].from];
    }

    /** Where a row's keys and values go in its text's cache. */
    int slot(int row) {
        return byRow[row].start + row - byRow[row].from;
    }
}
