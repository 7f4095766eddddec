package chainrule.train;

import chainrule.decode.Engine;
import chainrule.decode.Request;
import chainrule.decode.Sampling;
import chainrule.decode.Stops;
import chainrule.model.CausalLM;
import chainrule.model.Net;
import chainrule.text.HuggingFaceTokenizer;
import java.util.List;
import java.util.function.Consumer;

/** How the model in training continues a few prompts. */
public record TextSamples(List<String> prompts, HuggingFaceTokenizer tokenizer, int end) {
    private static final int TOKENS = 40;

    /** Shows them, a line each, whenever it is time for a sample. */
    public Observer to(Consumer<String> lines) {
        return new Observer() {
            @Override
            public void sample(long step, Net net) {
                try (var engine = new Engine((CausalLM) net)) {
                    for (String prompt : prompts) {
                        lines.accept("step " + step + ": " + (prompt + text(engine, prompt)).replace('\n', ' '));
                    }
                }
            }
        };
    }

    private String text(Engine engine, String prompt) {
        int[] framed = tokenizer.ids(prompt, true);
        int[] ids = framed.length == 0 ? new int[] {end} : framed;
        Request request = Request.of(ids)
                .with(new Sampling(0.7, 0, 0.95, 0, 1))
                .with(Stops.tokens(end))
                .withMaxTokens(TOKENS);
        return tokenizer.decode(engine.run(request).ids(), true);
    }
}
