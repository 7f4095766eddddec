package chainrule.worlds.wordnet;

import java.util.ArrayList;
import java.util.List;

/**
 * What WordNet says of a synset, as in {@code a male fowl; especially a domestic one; "the rooster crowed"- Chaucer}. The
 * quoted parts are examples, unless more than an author's name follows the quotation; all others make up the definition.
 */
record Gloss(String definition, List<String> examples) {
    static Gloss parse(String text) {
        List<String> definition = new ArrayList<>();
        List<String> examples = new ArrayList<>();
        for (String part : parts(text)) {
            String rest = part;
            while (!rest.isEmpty()) {
                int close = rest.startsWith("\"") ? rest.indexOf('"', 1) : -1;
                String after = rest.substring(close + 1).strip();
                if (close < 0 || !(after.isEmpty() || after.startsWith("-") || after.startsWith("\""))) {
                    definition.add(rest);
                    break;
                }
                examples.add(rest.substring(1, close).strip());
                rest = after.startsWith("\"") ? after : "";
            }
        }
        return new Gloss(String.join("; ", definition), List.copyOf(examples));
    }

    /** The text between semicolons outside quotations; a colon before a quotation counts as one. */
    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            quoted ^= c == '"';
            if (!quoted && (c == ';' || (c == ':' && text.startsWith(": \"", i)))) {
                parts.add(tidy(text.substring(start, i)));
                start = i + 1;
            }
        }
        parts.add(tidy(text.substring(start)));
        return parts;
    }

    private static String tidy(String part) {
        String tidy = part.strip();
        return tidy.contains("  ") ? tidy.replaceAll(" +", " ") : tidy;
    }
}
