package chainrule.decode;

import chainrule.text.Detokenizer;

/** The text of a continuation, token by token: a tokenizer's incremental decoder. It is used by one thread. */
public interface TextStream {
    /** The characters that are certain after {@code id}; none while a character is incomplete. */
    String push(int id);

    /** What is left when no token follows. */
    String end();

    /** A tokenizer's. */
    static TextStream of(Detokenizer detokenizer) {
        return new TextStream() {
            @Override
            public String push(int id) {
                return detokenizer.push(id);
            }

            @Override
            public String end() {
                return detokenizer.end();
            }
        };
    }
}
