package chainrule.text;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The tokens with a role in a tokenizer's texts, as far as its model's files name them and it has them.
 *
 * @param bos begins a text
 * @param eos ends a text
 * @param pad fills a row
 * @param unknown stands for what the vocabulary lacks
 */
public record SpecialTokens(Optional<Token> bos, Optional<Token> eos, Optional<Token> pad, Optional<Token> unknown) {
    /** A token and its id. */
    public record Token(String text, int id) {}

    /**
     * As the folder's tokenizer_config.json names them; none without one.
     *
     * @throws chainrule.BadInput if the file cannot be used
     */
    public static SpecialTokens of(Path folder, Tokenizer tokenizer) {
        Optional<TokenizerConfig> config = TokenizerConfig.of(folder);
        return new SpecialTokens(
                named(config, "bos_token", tokenizer),
                named(config, "eos_token", tokenizer),
                named(config, "pad_token", tokenizer),
                named(config, "unk_token", tokenizer));
    }

    /** As a GGUF file's metadata names them. */
    public static SpecialTokens of(Map<String, Object> metadata, Tokenizer tokenizer) {
        return new SpecialTokens(
                numbered(metadata, "bos_token_id", tokenizer),
                numbered(metadata, "eos_token_id", tokenizer),
                numbered(metadata, "padding_token_id", tokenizer),
                numbered(metadata, "unknown_token_id", tokenizer));
    }

    private static Optional<Token> named(Optional<TokenizerConfig> config, String role, Tokenizer tokenizer) {
        return config.flatMap(c -> c.token(role)).flatMap(text -> {
            OptionalInt id = tokenizer.id(text);
            return id.isPresent() ? Optional.of(new Token(text, id.getAsInt())) : Optional.empty();
        });
    }

    private static Optional<Token> numbered(Map<String, Object> metadata, String role, Tokenizer tokenizer) {
        if (metadata.get("tokenizer.ggml." + role) instanceof Number id) {
            String text = tokenizer.token(id.intValue());
            return text.isEmpty() ? Optional.empty() : Optional.of(new Token(text, id.intValue()));
        }
        return Optional.empty();
    }
}
