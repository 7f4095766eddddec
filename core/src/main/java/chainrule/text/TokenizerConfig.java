package chainrule.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A tokenizer_config.json: which tokens have a role, and whether they stand around a text, as transformers 5 reads it. */
record TokenizerConfig(JsonPlace place) {
    private static final List<String> ROLES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    /** That of a folder, if it has one. */
    static Optional<TokenizerConfig> of(Path folder) {
        Path file = folder.resolve("tokenizer_config.json");
        return Files.isRegularFile(file) ? Optional.of(new TokenizerConfig(JsonPlace.read(file))) : Optional.empty();
    }

    /** The token of a role: a string, or an object with its content. */
    Optional<String> token(String role) {
        return place.maybe(role)
                .map(value -> value.node().isObject() ? value.get("content").text() : value.text());
    }

    /** The tokens that have a role: special ones, whatever the tokenizer.json says of them. */
    Set<String> tokens() {
        return ROLES.stream().flatMap(role -> token(role).stream()).collect(Collectors.toSet());
    }

    /**
     * What stands around a text, if {@code add_bos_token} or {@code add_eos_token} decides that: then it takes the place
     * of the tokenizer.json's post_processor.
     */
    Optional<JsonPlace> template(Map<String, Integer> ids) {
        if (place.maybe("add_bos_token").isEmpty()
                && place.maybe("add_eos_token").isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new JsonPlace(place.file(), () -> "", BpeJson.template(around("bos", ids), around("eos", ids), ids)));
    }

    private Optional<String> around(String end, Map<String, Integer> ids) {
        boolean wanted =
                place.maybe("add_" + end + "_token").map(JsonPlace::flag).orElse(false);
        return wanted ? token(end + "_token").filter(ids::containsKey) : Optional.empty();
    }
}
