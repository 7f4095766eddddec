package chainrule.decode.draft;

import chainrule.BadInput;
import java.util.List;

/**
 * How much may be drafted.
 *
 * @param tokens the length of the longest branch at most
 * @param widths how many tokens may follow one another, by depth; beyond the list one. Empty: a chain
 */
public record Shape(int tokens, List<Integer> widths) {
    private static final int MOST = 1024;

    public Shape {
        widths = List.copyOf(widths);
        if (tokens < 1 || tokens > MOST) {
            throw new BadInput("tokens must lie between 1 and " + MOST + ", not " + tokens + ".");
        }
        if (widths.stream().anyMatch(w -> w < 1)) {
            throw new BadInput("widths must be at least 1, not " + widths + ".");
        }
        long level = 1;
        long all = 0;
        for (int depth = 0; depth < tokens && all <= MOST; depth++) {
            level *= depth < widths.size() ? widths.get(depth) : 1;
            all += level;
        }
        if (all > MOST) {
            throw new BadInput(
                    "A draft of " + tokens + " tokens with widths " + widths + " has more than " + MOST + " nodes.");
        }
    }

    /** How many tokens may follow one at {@code depth}, 0 being the end of the text. */
    int width(int depth) {
        return depth < widths.size() ? widths.get(depth) : 1;
    }

    /** The same, but not longer than {@code most}. */
    public Shape within(int most) {
        return most < tokens ? new Shape(most, widths) : this;
    }
}
