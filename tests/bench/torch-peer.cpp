// The three shapes of neural.sh in libtorch, written as its users write them: nn::Embedding with dense gradients, Adam over
// all parameters, dropout, padded batches (here all texts have full length, so nothing is padded).
//
//   torch-peer MODEL train|predict BATCH THREADS SECONDS
//
// prints samples a second. MODEL: cnn, bilstm, transformer (the vector of a text is that of its first token: the last layer
// is computed whole, as nn::TransformerEncoder does), transformer-mean.
#include <torch/torch.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace nn = torch::nn;
using torch::Tensor;

static const int64_t vocabulary = 30000, classes = 6;

struct Model : nn::Module {
  virtual Tensor forward(Tensor ids) = 0;
};

struct Cnn : Model {
  nn::Embedding table{nullptr};
  nn::Conv1d conv[3] = {nullptr, nullptr, nullptr};
  nn::Dropout dropout{nullptr};
  nn::Linear out{nullptr};

  Cnn() {
    table = register_module("table", nn::Embedding(vocabulary, 100));
    for (int i = 0; i < 3; i++)
      conv[i] = register_module("conv" + std::to_string(i), nn::Conv1d(nn::Conv1dOptions(100, 100, 3 + i)));
    dropout = register_module("dropout", nn::Dropout(0.5));
    out = register_module("out", nn::Linear(300, classes));
  }
  Tensor forward(Tensor ids) override {
    Tensor x = table(ids).transpose(1, 2);
    std::vector<Tensor> parts;
    for (int i = 0; i < 3; i++)
      parts.push_back(std::get<0>(torch::relu(conv[i](x)).max(2)));
    return out(dropout(torch::cat(parts, 1)));
  }
};

struct BiLstm : Model {
  nn::Embedding table{nullptr};
  nn::LSTM lstm{nullptr};
  nn::Linear attention{nullptr}, context{nullptr}, out{nullptr};
  nn::Dropout dropout{nullptr};

  BiLstm() {
    table = register_module("table", nn::Embedding(vocabulary, 100));
    lstm = register_module("lstm", nn::LSTM(nn::LSTMOptions(100, 128).bidirectional(true).batch_first(true)));
    attention = register_module("attention", nn::Linear(256, 128));
    context = register_module("context", nn::Linear(nn::LinearOptions(128, 1).bias(false)));
    dropout = register_module("dropout", nn::Dropout(0.5));
    out = register_module("out", nn::Linear(256, classes));
  }
  Tensor forward(Tensor ids) override {
    Tensor h = std::get<0>(lstm(table(ids)));
    Tensor weight = torch::softmax(context(torch::tanh(attention(h))), 1);
    return out(dropout((weight * h).sum(1)));
  }
};

struct Block : nn::Module {
  nn::LayerNorm norm1{nullptr}, norm2{nullptr};
  nn::Linear qkv{nullptr}, proj{nullptr}, up{nullptr}, down{nullptr};
  nn::Dropout dropout{nullptr};
  int64_t d, heads;

  Block(int64_t width, int64_t n_heads, int64_t ff) : d(width), heads(n_heads) {
    norm1 = register_module("norm1", nn::LayerNorm(nn::LayerNormOptions({d})));
    norm2 = register_module("norm2", nn::LayerNorm(nn::LayerNormOptions({d})));
    qkv = register_module("qkv", nn::Linear(d, 3 * d));
    proj = register_module("proj", nn::Linear(d, d));
    up = register_module("up", nn::Linear(d, ff));
    down = register_module("down", nn::Linear(ff, d));
    dropout = register_module("dropout", nn::Dropout(0.1));
  }
  Tensor forward(Tensor x) {
    int64_t B = x.size(0), T = x.size(1), h = d / heads;
    auto parts = qkv(norm1(x)).view({B, T, 3, heads, h}).permute({2, 0, 3, 1, 4});
    Tensor weight = torch::softmax(torch::matmul(parts[0], parts[1].transpose(2, 3)) / std::sqrt((double)h), 3);
    x = x + dropout(proj(torch::matmul(weight, parts[2]).transpose(1, 2).reshape({B, T, d})));
    return x + dropout(down(torch::gelu(up(norm2(x)), "tanh")));
  }
};

struct Transformer : Model {
  nn::Embedding table{nullptr}, place{nullptr};
  std::shared_ptr<Block> block[2];
  nn::LayerNorm norm{nullptr};
  nn::Linear out{nullptr};
  nn::Dropout dropout{nullptr};
  bool mean;

  explicit Transformer(bool of_all) : mean(of_all) {
    table = register_module("table", nn::Embedding(vocabulary, 128));
    place = register_module("place", nn::Embedding(64, 128));
    for (int i = 0; i < 2; i++)
      block[i] = register_module("block" + std::to_string(i), std::make_shared<Block>(128, 2, 512));
    norm = register_module("norm", nn::LayerNorm(nn::LayerNormOptions({128})));
    dropout = register_module("dropout", nn::Dropout(0.1));
    out = register_module("out", nn::Linear(128, classes));
  }
  Tensor forward(Tensor ids) override {
    Tensor x = dropout(table(ids) + place(torch::arange(ids.size(1))));
    for (auto &b : block)
      x = b->forward(x);
    x = norm(x);
    return out(mean ? x.mean(1) : x.select(1, 0));
  }
};

static double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int main(int argc, char **argv) {
  if (argc != 6)
    return 2;
  std::string name = argv[1];
  bool train = std::string(argv[2]) == "train";
  int64_t batch = std::atoi(argv[3]), length = name.compare(0, 11, "transformer") == 0 ? 64 : 40;
  double seconds = std::atof(argv[5]);
  std::shared_ptr<Model> model;

  torch::set_num_threads(std::atoi(argv[4]));
  torch::manual_seed(1);
  if (name == "cnn")
    model = std::make_shared<Cnn>();
  else if (name == "bilstm")
    model = std::make_shared<BiLstm>();
  else
    model = std::make_shared<Transformer>(name == "transformer-mean");
  torch::optim::Adam adam(model->parameters(), torch::optim::AdamOptions(1e-3));
  train ? model->train() : model->eval();

  std::vector<Tensor> ids, labels;
  for (int i = 0; i < 32; i++) {
    ids.push_back(torch::randint(vocabulary, {batch, length}, torch::kLong));
    labels.push_back(torch::randint(classes, {batch}, torch::kLong));
  }
  double start = 0;
  int64_t done = 0;
  for (int64_t i = 0;; i++) {
    if (i == 4)
      start = now();
    if (train) {
      adam.zero_grad();
      torch::nn::functional::cross_entropy(model->forward(ids[i % 32]), labels[i % 32]).backward();
      adam.step();
    } else {
      torch::NoGradGuard guard;
      torch::softmax(model->forward(ids[i % 32]), 1);
    }
    if (i < 4)
      continue;
    done += batch;
    if (now() - start >= seconds)
      break;
  }
  std::printf("%.1f\n", (double)done / (now() - start));
}
