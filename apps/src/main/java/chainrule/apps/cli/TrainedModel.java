package chainrule.apps.cli;

import chainrule.checkpoint.Checkpoint;
import chainrule.model.Decoder;
import chainrule.model.DecoderConfig;
import chainrule.model.Net;
import chainrule.model.family.Llama;
import chainrule.model.family.Models;
import chainrule.nn.Compute;
import chainrule.nn.Init;
import chainrule.train.Export;
import java.io.IOException;
import java.nio.file.Path;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A model in training, with its family and its tokenizer, which go with it into every checkpoint. */
record TrainedModel(Models.Form form, Decoder net, TokenizerFiles tokenizer) implements Export, AutoCloseable {
    /** A fresh model in Llama's form. */
    static TrainedModel fresh(DecoderConfig config, long seed, Compute compute, TokenizerFiles tokenizer) {
        Decoder net = Decoder.create(config, Init.random(seed)).in(compute);
        return new TrainedModel(new Models.Form(new Llama(), config), net, tokenizer);
    }

    /** A model that is trained on. @param quantised whether matrices that are so stay so, and are not trained */
    static TrainedModel of(Checkpoint checkpoint, boolean quantised, Compute compute, TokenizerFiles tokenizer) {
        Decoder net = (quantised ? Models.loadQuantised(checkpoint) : Models.load(checkpoint)).in(compute);
        return new TrainedModel(new Models.Form(Models.form(checkpoint).family(), net.config()), net, tokenizer);
    }

    @Override
    public void write(Net trained, Path folder) throws IOException {
        Models.save(form, trained.parameters(), tokenizer.special(), ScalarType.Float, folder);
        tokenizer.copyTo(folder);
    }

    @Override
    public void close() {
        net.close();
    }
}
