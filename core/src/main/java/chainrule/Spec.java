package chainrule;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The text form of a method and its settings, as in {@code contrastive-search:k=4,alpha=0.6}.
 *
 * <pre>
 * sum     := [weight*] spec {+ [weight*] spec}
 * spec    := name [: setting {, setting}]
 * setting := key=value | value            a value without a key is the first component's
 * value   := number | word | "text" | [value {; value}] | (spec)
 * </pre>
 *
 * A family is a sealed interface; its permitted records, found through any sealed interfaces between, are what can be
 * named. The name is the record's simple name in kebab case, the keys are its components. A setting that is left out
 * has the value of the record's no-argument constructor. Components may be numbers, booleans, words (enums, in lower
 * case), text, {@link Optional}s of these, lists, and families in their turn; a record with a component of another type
 * has no text form and is not named here. {@code true}, {@code false} and numbers need no quotes; text needs them only
 * where it holds one of {@code ,;+=[]()"*} or spaces at its ends.
 */
public final class Spec {
    /** A method and the weight it has in a sum. */
    public record Weighted<F>(double weight, F method) {}

    /**
     * A setting as help shows it.
     *
     * @param type in words
     * @param value the default in its text form; empty where the setting must be given, or is off unless given
     */
    public record Setting(String name, String type, Optional<String> value) {}

    /**
     * A record that text which names no member of its family stands for, as its first component: in
     * {@code speculative:draft=my-model} the draft is what {@code named-model:name=my-model} is. One of a family at most.
     */
    public interface Bare {}

    /** A record of a family as help shows it. */
    public record Member(String name, Class<? extends Record> type, List<Setting> settings) {
        @Override
        public String toString() {
            if (settings.isEmpty()) {
                return name;
            }
            List<String> parts = new ArrayList<>();
            for (Setting s : settings) {
                parts.add(s.name() + "=" + s.value().orElse("<" + s.type() + ">"));
            }
            return name + ":" + String.join(",", parts);
        }
    }

    private Spec() {}

    /**
     * The method that {@code text} names.
     *
     * @param more records beyond the family's own that come in by its open door
     * @throws BadInput where a name or a key does not exist, or a value does not fit
     */
    public static <F> F parse(String text, Class<F> family, Class<?>... more) {
        return family.cast(SpecReader.of(family, more).read(text.strip()));
    }

    /** The methods of a weighted sum; a method without a weight has 1. */
    public static <F> List<Weighted<F>> parseSum(String text, Class<F> family, Class<?>... more) {
        SpecReader reader = SpecReader.of(family, more);
        List<Weighted<F>> all = new ArrayList<>();
        for (String term : SpecText.split(text, '+')) {
            List<String> parts = SpecText.split(term, '*');
            if (parts.size() > 2) {
                throw new BadInput("'" + term + "' has more than one weight: write weight*name.");
            }
            double weight = parts.size() == 1 ? 1 : SpecText.number(parts.getFirst(), "The weight");
            all.add(new Weighted<>(weight, family.cast(reader.read(parts.getLast()))));
        }
        return all;
    }

    /** The text form of a method: its name and the settings that differ from their defaults. */
    public static String format(Record method) {
        return SpecText.format(method);
    }

    /** The members of a family with their settings, in the family's own order, {@code more} at the end. */
    public static List<Member> describe(Class<?> family, Class<?>... more) {
        return SpecReader.of(family, more).members().stream()
                .map(Spec::describe)
                .toList();
    }

    private static Member describe(Class<? extends Record> type) {
        Optional<Record> defaults = SpecReader.defaults(type);
        List<Setting> settings = new ArrayList<>();
        for (RecordComponent c : type.getRecordComponents()) {
            Optional<String> value = defaults.flatMap(d -> SpecText.formatted(SpecReader.get(d, c)));
            settings.add(new Setting(c.getName(), SpecReader.words(c.getGenericType()), value));
        }
        return new Member(SpecText.kebab(type), type, List.copyOf(settings));
    }
}
