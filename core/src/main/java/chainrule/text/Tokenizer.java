package chainrule.text;

import java.util.OptionalInt;

/**
 * A map between texts and sequences of token ids.
 *
 * <p>Any thread may call it, several at once. Text that is not well-formed UTF-16 is read with U+FFFD in place of each
 * lone surrogate.
 */
public sealed interface Tokenizer extends AutoCloseable permits HuggingFaceTokenizer, ByteTokenizer, Tokenizer.Custom {
    /** The open door of the family: tokenizers of systems and of library users. */
    non-sealed interface Custom extends Tokenizer {}

    /** The tokens of a text; with {@code addSpecialTokens} those too that the tokenizer itself puts around a text. */
    Encoding encode(String text, boolean addSpecialTokens);

    /** The ids of {@link #encode(String, boolean)} alone, which may be cheaper. */
    default int[] ids(String text, boolean addSpecialTokens) {
        return encode(text, addSpecialTokens).ids();
    }

    /** A fresh stream from ids to text; with {@code skipSpecialTokens} special tokens have no text. */
    Detokenizer detokenizer(boolean skipSpecialTokens);

    /** The text of a sequence of ids; ids without a token have no text. */
    default String decode(int[] ids, boolean skipSpecialTokens) {
        Detokenizer stream = detokenizer(skipSpecialTokens);
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(stream.push(id));
        }
        return text.append(stream.end()).toString();
    }

    /** The vocabulary's text of a token; empty for an id that has none. */
    String token(int id);

    /** The id of a token, given exactly as the vocabulary has it. */
    OptionalInt id(String token);

    /** One more than the highest id, added tokens included. */
    int size();

    /** Whether decoding may skip this token. */
    boolean isSpecial(int id);

    /** The bytes that a token adds to a text when other tokens stand before it; none for an id without a token. */
    byte[] bytes(int id);

    /** Frees native memory; calling it again does nothing. */
    @Override
    void close();
}
