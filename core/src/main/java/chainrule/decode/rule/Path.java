package chainrule.decode.rule;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A text from its prompt to one node of a tree of tokens. It never changes: {@link #then} gives the path to a child,
 * which shares its parent's tokens, so that the paths of siblings cost little. Paths of one text belong to one thread.
 */
public final class Path {
    /** What a rule remembers after one more token. */
    @FunctionalInterface
    public interface Fold<S> {
        S next(S state, int token);
    }

    /**
     * What all paths of one text have in common.
     *
     * @param prompt the number of tokens that were given
     * @param maxLength the number of tokens, prompt included, at which the text ends by itself
     * @param ends the tokens that end the text
     */
    private record Frame(int prompt, int maxLength, int[] ends) {}

    /** Tokens that paths share; a path may append in place while nobody has appended after its own last token. */
    private static final class Shared {
        private int[] ids;
        private int used;

        Shared(int[] ids, int used) {
            this.ids = ids;
            this.used = used;
        }
    }

    private final Frame frame;
    private final @Nullable Path parent;
    private final Shared shared;
    private final int length;
    private final Map<Object, Object> states = new HashMap<>(2);

    private Path(Frame frame, @Nullable Path parent, Shared shared, int length) {
        this.frame = frame;
        this.parent = parent;
        this.shared = shared;
        this.length = length;
    }

    /** The path that ends with the prompt. */
    public static Path of(int[] prompt, int maxLength, int... ends) {
        Frame frame = new Frame(prompt.length, maxLength, ends.clone());
        return new Path(
                frame, null, new Shared(Arrays.copyOf(prompt, prompt.length + 16), prompt.length), prompt.length);
    }

    /** The path to the child {@code token}. */
    public Path then(int token) {
        Shared to = shared.used == length ? shared : new Shared(Arrays.copyOf(shared.ids, length + 16), length);
        if (to.used == to.ids.length) {
            to.ids = Arrays.copyOf(to.ids, 2 * to.ids.length);
        }
        to.ids[to.used++] = token;
        return new Path(frame, this, to, length + 1);
    }

    /** The number of tokens, prompt included. */
    public int length() {
        return length;
    }

    /** The number of tokens that were given. */
    public int promptLength() {
        return frame.prompt;
    }

    /** The number of tokens after the prompt. */
    public int generated() {
        return length - frame.prompt;
    }

    /** The number of tokens, prompt included, at which the text ends by itself. */
    public int maxLength() {
        return frame.maxLength;
    }

    /** The tokens that end the text. */
    public int[] ends() {
        return frame.ends.clone();
    }

    /** Whether {@code token} ends the text. */
    public boolean isEnd(int token) {
        for (int end : frame.ends) {
            if (end == token) {
                return true;
            }
        }
        return false;
    }

    /** The token at {@code position}, counted from the prompt's first. */
    public int token(int position) {
        if (position < 0 || position >= length) {
            throw new IndexOutOfBoundsException("position " + position + " of a text of " + length + " tokens");
        }
        return shared.ids[position];
    }

    /** The tokens from {@code from} on, 0 for all of them. */
    public int[] ids(int from) {
        return Arrays.copyOfRange(shared.ids, from, length);
    }

    /**
     * Whether the next token can complete {@code sequence}: the text ends with all of it but the last. As in transformers,
     * a sequence of two tokens or more counts only in a text of at least its own length.
     */
    boolean awaitsLastOf(List<Integer> sequence) {
        int context = sequence.size() - 1;
        if (context > 0 && sequence.size() > length) {
            return false;
        }
        for (int i = 0; i < context; i++) {
            if (sequence.get(i) != shared.ids[length - context + i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * What {@code rule} remembers of the tokens after the prompt: {@code initial} there, then one step per token. Every
     * node's state is computed once and kept, so a branch costs its own tokens only.
     *
     * @param rule whose memory it is, a key
     * @param initial what is remembered at the prompt's end; an immutable value, as are all later ones
     */
    public <S> S fold(Object rule, Supplier<S> initial, Fold<S> step) {
        Path known = this;
        while (known.parent != null && !known.states.containsKey(rule)) {
            known = known.parent;
        }
        @SuppressWarnings("unchecked")
        S state = (S) known.states.computeIfAbsent(rule, _ -> initial.get());
        if (known == this) {
            return state;
        }
        Path[] rest = new Path[length - known.length];
        for (Path p = this; p != null && p != known; p = p.parent) {
            rest[p.length - known.length - 1] = p;
        }
        for (Path p : rest) {
            state = step.next(state, p.shared.ids[p.length - 1]);
            p.states.put(rule, state);
        }
        return state;
    }
}
