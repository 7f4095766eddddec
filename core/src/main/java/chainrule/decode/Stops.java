package chainrule.decode;

import chainrule.BadInput;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What ends a text besides its length. A continuation's ids end with the token that ends it; its text has neither that
 * token, where it is one of {@code tokens}, nor the string that ends it.
 *
 * @param tokens a model's end tokens and any others
 * @param strings found in the text wherever the borders of tokens lie
 */
public record Stops(List<Integer> tokens, List<String> strings) {
    /** Nothing but the length. */
    public static final Stops NONE = new Stops(List.of(), List.of());

    public Stops {
        tokens = List.copyOf(tokens);
        strings = List.copyOf(strings);
        if (strings.contains("")) {
            throw new BadInput("A stop string must not be empty.");
        }
    }

    public static Stops tokens(int... tokens) {
        return new Stops(Arrays.stream(tokens).boxed().toList(), List.of());
    }

    public static Stops strings(String... strings) {
        return new Stops(List.of(), List.of(strings));
    }

    /** These and others. */
    public Stops and(Stops others) {
        return new Stops(
                Stream.concat(tokens.stream(), others.tokens.stream())
                        .distinct()
                        .toList(),
                Stream.concat(strings.stream(), others.strings.stream())
                        .distinct()
                        .toList());
    }
}
