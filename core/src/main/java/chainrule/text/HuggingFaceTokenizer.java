package chainrule.text;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import chainrule.BadInput;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import tools.jackson.databind.JsonNode;

/**
 * A tokenizer.json, encoded by Hugging Face's library {@code tokenizers} 0.21 (through the JNI of ai.djl) and decoded by
 * {@link Detokenizer} as version 0.23 of it does.
 *
 * <p>Nothing is cut or padded, whatever the file says. A text may have some millions of characters (how many depends on
 * the file's patterns): with more, the library's regular expressions might give up, which ends the process; such a text
 * is refused. Native memory is freed by {@link #close}, which waits for calls that run.
 */
public final class HuggingFaceTokenizer implements Tokenizer {
    private final String file;
    private final Map<String, Integer> ids;
    private final Map<Integer, String> tokens;
    private final List<TextDecoder> decoders;
    private final int longest;
    private final Set<String> special;
    private final Map<Integer, String> normalized;
    private final int size;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private long handle;

    private HuggingFaceTokenizer(TokenizerJson json) {
        file = json.file();
        ids = json.ids();
        tokens = json.tokens();
        decoders = json.decoders();
        longest = json.longest();
        special = json.special();
        normalized = normalized(json);
        size = tokens.keySet().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
        handle = create(file, json.text());
    }

    /**
     * Reads a tokenizer.json, or that of a folder together with the folder's tokenizer_config.json if it has one.
     *
     * @throws BadInput if there is none, or it cannot be used
     */
    public static HuggingFaceTokenizer open(Path path) {
        boolean folder = Files.isDirectory(path);
        Path file = folder ? path.resolve("tokenizer.json") : path;
        if (!Files.isRegularFile(file)) {
            throw new BadInput(file + ": there is no such file; a model's folder needs its tokenizer.json.");
        }
        return new HuggingFaceTokenizer(TokenizerJson.read(file, folder ? TokenizerConfig.of(path) : Optional.empty()));
    }

    /** Reads the text of a tokenizer.json, which messages call {@code name}. */
    public static HuggingFaceTokenizer parse(String json, String name) {
        return new HuggingFaceTokenizer(TokenizerJson.parse(json, name));
    }

    /** The tokenizer in a GGUF file's metadata, as {@link GgufVocabulary} reads it; messages call the file {@code name}. */
    public static HuggingFaceTokenizer of(Map<String, Object> metadata, String name) {
        return new HuggingFaceTokenizer(
                TokenizerJson.of(GgufVocabulary.bpe(metadata, name).root(), name));
    }

    private static long create(String file, String json) {
        try {
            return TokenizersNatives.library().createTokenizerFromString(json);
        } catch (RuntimeException e) {
            throw new BadInput(
                    file + ": the tokenizers library does not take the file (" + JsonPlace.shortened(e.getMessage())
                            + ").",
                    e);
        }
    }

    /**
     * Added tokens as the normalizer leaves them, where they are looked for in normalized text: so the library finds and
     * decodes them. It ends the process where nothing is left of one, and where one starts in the space that another has
     * taken in.
     */
    private static Map<Integer, String> normalized(TokenizerJson json) {
        Map<Integer, String> texts = new HashMap<>();
        JsonNode normalizer = json.copy().get("normalizer");
        if (normalizer != null && json.added().stream().anyMatch(AddedToken::normalized)) {
            TokenizersLibrary library = TokenizersNatives.library();
            long probe = create(json.file(), json.normalizing());
            try {
                for (AddedToken token : json.added()) {
                    if (token.normalized()) {
                        String text = encoded(
                                library.encode(probe, token.content(), false),
                                e -> String.join("", library.getTokens(e)));
                        texts.put(token.id(), text);
                    }
                }
            } finally {
                library.deleteTokenizer(probe);
            }
        }
        boolean swallows = json.added().stream().anyMatch(AddedToken::rstrip);
        for (AddedToken token : json.added()) {
            String text = texts.getOrDefault(token.id(), token.content());
            if (text.isEmpty()) {
                throw new BadInput(
                        json.file() + ": the normalizer leaves nothing of the added token " + token.content() + ".");
            }
            if (swallows && (space(text.codePointAt(0)) || space(token.content().codePointAt(0)))) {
                throw new BadInput(json.file() + ": the added token '" + JsonPlace.shortened(token.content())
                        + "' starts with a space, which cannot be beside one with rstrip.");
            }
        }
        return texts;
    }

    private static boolean space(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    @Override
    public Encoding encode(String text, boolean addSpecialTokens) {
        return call(library -> library.encode(handle, fit(text), addSpecialTokens), HuggingFaceTokenizer::encoding);
    }

    /** The tokens of a pair of texts; offsets count from the start of each. */
    public Encoding encode(String text, String pair, boolean addSpecialTokens) {
        return call(
                library -> library.encodeDual(handle, fit(text), fit(pair), addSpecialTokens),
                HuggingFaceTokenizer::encoding);
    }

    @Override
    public int[] ids(String text, boolean addSpecialTokens) {
        return call(
                library -> library.encode(handle, fit(text), addSpecialTokens),
                e -> ints(TokenizersNatives.library().getTokenIds(e)));
    }

    private <T> T call(ToLongFunction<TokenizersLibrary> encode, Function<Long, T> read) {
        lock.readLock().lock();
        try {
            if (handle == 0) {
                throw new IllegalStateException("the tokenizer of " + file + " is closed");
            }
            return encoded(encode.applyAsLong(TokenizersNatives.library()), read);
        } catch (BadInput | IllegalStateException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new BadInput(file + ": the text cannot be encoded (" + JsonPlace.shortened(e.getMessage()) + ").", e);
        } finally {
            lock.readLock().unlock();
        }
    }

    private static <T> T encoded(long encoding, Function<Long, T> read) {
        try {
            return read.apply(encoding);
        } finally {
            TokenizersNatives.library().deleteEncoding(encoding);
        }
    }

    private static Encoding encoding(long encoding) {
        TokenizersLibrary library = TokenizersNatives.library();
        CharSpan[] spans = library.getTokenCharSpans(encoding);
        int[][] offsets = new int[spans.length][];
        for (int i = 0; i < spans.length; i++) {
            CharSpan span = spans[i];
            offsets[i] = span == null ? new int[2] : new int[] {span.getStart(), span.getEnd()};
        }
        return new Encoding(
                ints(library.getTokenIds(encoding)),
                List.of(library.getTokens(encoding)),
                offsets,
                ints(library.getTypeIds(encoding)));
    }

    private static int[] ints(long[] values) {
        int[] ints = new int[values.length];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = (int) values[i];
        }
        return ints;
    }

    private String fit(String text) {
        if (text.length() > longest) {
            throw new BadInput("The text has " + text.length() + " characters and the tokenizer of " + file + " takes "
                    + longest + " at once: give it in parts.");
        }
        return JsonPlace.wellFormed(text)
                ? text
                : new String(
                        text.codePoints()
                                .map(c -> c >= 0xD800 && c < 0xE000 ? 0xFFFD : c)
                                .toArray(),
                        0,
                        text.codePointCount(0, text.length()));
    }

    @Override
    public Detokenizer detokenizer(boolean skipSpecialTokens) {
        return new Detokenizer(
                id -> decodable(id).filter(text -> !skipSpecialTokens || !special.contains(text)), decoders);
    }

    private Optional<String> decodable(int id) {
        return Optional.ofNullable(normalized.getOrDefault(id, tokens.get(id)));
    }

    @Override
    public String token(int id) {
        return tokens.getOrDefault(id, "");
    }

    @Override
    public OptionalInt id(String token) {
        Integer id = ids.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public boolean isSpecial(int id) {
        return special.contains(token(id));
    }

    @Override
    public byte[] bytes(int id) {
        String text = decodable(id).orElse("");
        for (TextDecoder decoder : decoders) {
            int value = decoder instanceof TextDecoder.ByteFallback ? TextDecoder.ByteFallback.value(text) : -1;
            if (value >= 0) {
                return new byte[] {(byte) value};
            }
            if (decoder instanceof TextDecoder.ByteLevel) {
                return TextDecoder.ByteLevel.raw(text);
            }
            text = decoder.middle(text);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (handle != 0) {
                TokenizersNatives.library().deleteTokenizer(handle);
                handle = 0;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
