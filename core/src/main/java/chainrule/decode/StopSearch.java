package chainrule.decode;

import java.util.List;

/**
 * Finds the first stop string to be completed in a text that comes in pieces, and holds back what may be the beginning of
 * one. The result does not depend on how the text was cut into pieces.
 */
final class StopSearch {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean found;

    StopSearch(List<String> stops) {
        this.stops = stops;
    }

    boolean found() {
        return found;
    }

    /** Takes a piece; gives the text that is certain to come before any stop string. */
    String push(String piece) {
        if (stops.isEmpty()) {
            return piece;
        }
        held.append(piece);
        int end = Integer.MAX_VALUE;
        int start = 0;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            int after = at + stop.length();
            if (at >= 0 && (after < end || (after == end && at < start))) {
                start = at;
                end = after;
            }
        }
        found = end < Integer.MAX_VALUE;
        return release(found ? start : held.length() - possible());
    }

    /** What was held back, where no stop string came of it. */
    String end() {
        return release(found ? 0 : held.length());
    }

    private String release(int count) {
        String text = held.substring(0, count);
        held.delete(0, count);
        return text;
    }

    /** The length of the longest end of the held text with which a stop string begins. */
    private int possible() {
        int longest = 0;
        for (String stop : stops) {
            for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
                if (stop.startsWith(held.substring(held.length() - n))) {
                    longest = n;
                }
            }
        }
        return longest;
    }
}
