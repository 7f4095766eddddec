package chainrule.text;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A token that a tokenizer.json has beside its model: found in a text before everything else.
 *
 * @param normalized whether it is found in the normalized text
 * @param rstrip whether it takes in the white space behind it
 */
record AddedToken(int id, String content, boolean special, boolean normalized, boolean rstrip) {
    private static final int MOST = 20_000;
    private static final int LONGEST = 1024;
    private static final List<String> FLAGS = List.of("single_word", "lstrip", "rstrip", "normalized", "special");

    /**
     * Reads them all, copies them, and asks each id to be the one that the library will give.
     *
     * @param list the list in the file, if it has one
     * @param roles tokens that are special whatever the list says
     */
    static List<AddedToken> read(Optional<JsonPlace> list, VocabularyModel model, Set<String> roles, ArrayNode copies) {
        List<JsonPlace> places = list.map(JsonPlace::items).orElse(List.of());
        if (places.size() > MOST) {
            throw places.getFirst().fault("is the first of more than " + MOST + " added tokens");
        }
        List<AddedToken> tokens = new ArrayList<>();
        Set<String> contents = new HashSet<>();
        OptionalInt highest = OptionalInt.empty();
        for (JsonPlace place : places) {
            AddedToken token = read(place, roles, copies.addObject());
            if (!contents.add(token.content)) {
                throw place.fault("is the token " + token.content + " a second time");
            }
            int given = model.ids().getOrDefault(token.content, next(model, highest));
            if (given != token.id) {
                throw place.fault(
                        "has the id " + token.id + " where the library gives " + token.content + " the id " + given);
            }
            String other = model.tokens().get(given);
            if (other != null && !model.ids().containsKey(token.content)) {
                throw place.fault("has the id " + given + ", which is that of " + other);
            }
            highest = OptionalInt.of(Math.max(given, highest.orElse(0)));
            tokens.add(token);
        }
        roles.stream()
                .sorted()
                .filter(model.ids()::containsKey)
                .filter(contents::add)
                .forEach(role -> {
                    int id = model.ids().getOrDefault(role, -1);
                    copies.add(BpeJson.addedToken(id, role, true));
                    tokens.add(new AddedToken(id, role, true, false, false));
                });
        return tokens;
    }

    private static int next(VocabularyModel model, OptionalInt highest) {
        return highest.isPresent() && highest.getAsInt() >= model.size() ? highest.getAsInt() + 1 : model.size();
    }

    private static AddedToken read(JsonPlace place, Set<String> roles, ObjectNode copy) {
        JsonPlace content = place.object().get("content");
        if (content.nonEmpty().length() > LONGEST) {
            throw content.fault("is longer than " + LONGEST + " characters");
        }
        int id = place.get("id").whole(0, VocabularyModel.HIGHEST + MOST);
        copy.put("id", id).put("content", content.text());
        for (String flag : FLAGS) {
            copy.put(flag, place.get(flag).flag());
        }
        boolean special = place.get("special").flag() || roles.contains(content.text());
        copy.put("special", special);
        return new AddedToken(
                id,
                content.text(),
                special,
                place.get("normalized").flag(),
                place.get("rstrip").flag());
    }
}
