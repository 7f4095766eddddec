package chainrule.checkpoint;

import chainrule.BadInput;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A checked look into a GGUF file's metadata: a missing or impossible value is one sentence that names it. */
record GgufMetadata(String origin, Map<String, Object> values) {
    private static final int LARGEST = 1 << 24;

    BadInput bad(String what) {
        return new BadInput(origin + ": " + what + ".");
    }

    Optional<String> text(String key) {
        return Optional.ofNullable(values.get(key)).map(v -> {
            if (v instanceof String text) {
                return text;
            }
            throw bad(key + " is no text");
        });
    }

    Optional<Boolean> flag(String key) {
        return Optional.ofNullable(values.get(key)).map(v -> {
            if (v instanceof Boolean flag) {
                return flag;
            }
            throw bad(key + " is not true or false");
        });
    }

    List<?> list(String key) {
        return switch (values.get(key)) {
            case null -> List.of();
            case List<?> list -> list;
            default -> throw bad(key + " is no list");
        };
    }

    /** A count above 0, which stands for none; a list of them, one for each layer, counts where all are alike. */
    Optional<Integer> count(String key) {
        return one(key).map(v -> whole(key, v)).filter(n -> n > 0);
    }

    private int whole(String key, Object value) {
        if (value instanceof Long n && n >= 0 && n <= LARGEST) {
            return n.intValue();
        }
        throw bad(key + " is " + Quote.of(value.toString()) + ", not a whole number from 0 to " + LARGEST);
    }

    int required(String key) {
        return count(key).orElseThrow(() -> bad(key + " is missing"));
    }

    /** A number; a float32 is taken for the shortest decimal that it stands for. */
    Optional<Double> number(String key) {
        return one(key).map(v -> {
            double number = switch (v) {
                case Float f -> Double.parseDouble(f.toString());
                case Number n -> n.doubleValue();
                default -> Double.NaN;
            };
            if (!Double.isFinite(number)) {
                throw bad(key + " is " + Quote.of(v.toString()) + ", not a number");
            }
            return number;
        });
    }

    /** A token's id, if the vocabulary has such a token. */
    Optional<Integer> token(String key) {
        return Optional.ofNullable(values.get(key)).map(v -> whole(key, v));
    }

    String architecture() {
        return text("general.architecture").orElseThrow(() -> bad("general.architecture is missing"));
    }

    /** A key of the architecture's own. */
    String own(String key) {
        return architecture() + "." + key;
    }

    int heads() {
        return required(own("attention.head_count"));
    }

    int keyHeads() {
        return count(own("attention.head_count_kv")).orElseGet(this::heads);
    }

    private Optional<Object> one(String key) {
        @Nullable Object value = values.get(key);
        if (!(value instanceof List<?> list)) {
            return Optional.ofNullable(value);
        }
        if (list.isEmpty() || list.stream().distinct().count() > 1) {
            throw bad(key + " differs from layer to layer, which is not supported");
        }
        return Optional.of(list.getFirst());
    }
}
