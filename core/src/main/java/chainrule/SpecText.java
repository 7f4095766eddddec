package chainrule;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Splitting, quoting and writing of {@link Spec}'s text; what the words mean is {@link SpecReader}'s. */
final class SpecText {
    private static final String SPECIAL = ",;+=[]()\"*\\";

    private SpecText() {}

    /** The parts between separators that stand outside of brackets and quotes, without spaces around them. */
    static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int from = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c == '\\') {
                    i++;
                } else if (c == '"') {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == '[' || c == '(') {
                depth++;
            } else if (c == ']' || c == ')') {
                depth--;
                if (depth < 0) {
                    throw new BadInput("'" + text + "' closes a bracket that was not opened.");
                }
            } else if (c == separator && depth == 0) {
                parts.add(text.substring(from, i).strip());
                from = i + 1;
            }
        }
        if (depth > 0 || quoted) {
            throw new BadInput("'" + text + "' leaves a " + (quoted ? "quote" : "bracket") + " open.");
        }
        parts.add(text.substring(from).strip());
        return parts;
    }

    /** What stands between {@code open} and {@code close} where they are the outermost characters. */
    static Optional<String> inside(String text, char open, char close) {
        if (text.length() < 2 || text.charAt(0) != open || text.charAt(text.length() - 1) != close) {
            return Optional.empty();
        }
        return Optional.of(text.substring(1, text.length() - 1).strip());
    }

    static double number(String text, String what) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new BadInput(what + " must be a number, not '" + text + "'.", e);
        }
    }

    static String unquote(String text) {
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return quoted ? text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1") : text;
    }

    private static String quote(String text) {
        boolean plain =
                !text.isEmpty() && text.strip().equals(text) && text.chars().noneMatch(c -> SPECIAL.indexOf(c) >= 0);
        return plain ? text : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** {@code BeamSearch} as {@code beam-search}, {@code ZLoss} as {@code z-loss}. */
    static String kebab(Class<?> type) {
        return type.getSimpleName()
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-")
                .toLowerCase(Locale.ROOT);
    }

    static String format(Record method) {
        Optional<Record> defaults = SpecReader.defaults(method.getClass());
        List<String> settings = new ArrayList<>();
        for (RecordComponent c : method.getClass().getRecordComponents()) {
            Optional<String> value = formatted(SpecReader.get(method, c));
            Optional<String> usual = defaults.flatMap(d -> formatted(SpecReader.get(d, c)));
            if (value.isPresent() && !value.equals(usual)) {
                settings.add(c.getName() + "=" + value.get());
            }
        }
        String name = kebab(method.getClass());
        if (method instanceof Spec.Bare && settings.size() == 1) {
            String key = method.getClass().getRecordComponents()[0].getName() + "=";
            if (settings.getFirst().startsWith(key)) {
                return settings.getFirst().substring(key.length());
            }
        }
        return settings.isEmpty() ? name : name + ":" + String.join(",", settings);
    }

    /** A component's value; empty for an absent optional one. */
    static Optional<String> formatted(Object value) {
        return switch (value) {
            case Optional<?> o -> o.flatMap(SpecText::formatted);
            case OptionalInt o -> o.isPresent() ? Optional.of(Integer.toString(o.getAsInt())) : Optional.empty();
            case OptionalLong o -> o.isPresent() ? Optional.of(Long.toString(o.getAsLong())) : Optional.empty();
            case OptionalDouble o -> o.isPresent() ? formatted(o.getAsDouble()) : Optional.empty();
            case Double d when d == Math.rint(d) && Math.abs(d) < 1e15 -> Optional.of(Long.toString(Math.round(d)));
            case List<?> list ->
                Optional.of("["
                        + String.join(";", list.stream().map(SpecText::element).toList()) + "]");
            case Enum<?> e -> Optional.of(e.toString().toLowerCase(Locale.ROOT));
            case String s -> Optional.of(quote(s));
            case Record r -> Optional.of(format(r)).map(text -> text.contains(":") ? "(" + text + ")" : text);
            default -> Optional.of(value.toString());
        };
    }

    private static String element(Object value) {
        return formatted(value)
                .orElseThrow(() -> new IllegalArgumentException("an absent value in a list has no text form"));
    }

    /** The nearest of {@code names} as a question, where one is near. */
    static String didYouMean(String given, List<String> names) {
        return names.stream()
                .filter(n -> Spelling.distance(plain(given), plain(n)) <= Math.max(1, n.length() / 3)
                        || plain(n).startsWith(plain(given)))
                .min((a, b) -> Integer.compare(
                        Spelling.distance(plain(given), plain(a)), Spelling.distance(plain(given), plain(b))))
                .map(n -> " Did you mean '" + n + "'?")
                .orElse("");
    }

    private static String plain(String name) {
        return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }
}
